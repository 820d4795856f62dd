import { expect, test } from "vitest";
import { LastAnswers } from "../../src/api/last_answers";

test("the last answer to an operation is kept with its time", () => {
  const answers = new LastAnswers();
  expect(answers.of("jobs")).toBeNull();
  answers.keep("jobs", { data: { jobs: 1 }, at: 10 });
  answers.keep("jobs", { data: { jobs: 2 }, at: 20 });
  answers.keep("home", { data: { live: 0 }, at: 15 });
  expect(answers.of("jobs")).toEqual({ data: { jobs: 2 }, at: 20 });
  expect(answers.of("home")).toEqual({ data: { live: 0 }, at: 15 });
});

test("of more than thirty operations the one that was answered longest ago goes", () => {
  const answers = new LastAnswers();
  for (let at = 0; at < 30; at += 1) answers.keep(String(at), { data: at, at });
  answers.keep("0", { data: "again", at: 30 });
  answers.keep("30", { data: 30, at: 31 });
  expect(answers.of("1")).toBeNull();
  expect(answers.of("0")?.data).toBe("again");
  expect(answers.of("2")?.data).toBe(2);
  expect(answers.of("30")?.data).toBe(30);
});

test("nothing is left for the next person", () => {
  const answers = new LastAnswers();
  answers.keep("mine", { data: "王小明", at: 1 });
  answers.forget();
  expect(answers.of("mine")).toBeNull();
});
