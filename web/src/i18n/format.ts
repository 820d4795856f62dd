/** Pay, places, insurance and phones as people say them. */

import type { PayPeriod } from "../gen/graphql";
import type { Words } from "./words";

interface Pay {
  readonly from: number;
  readonly to: number | null;
  readonly guaranteed: number | null;
  readonly period: PayPeriod;
}

/** 6,500–8,000 元/月, 25.4 元/小时, 4,000 元/月起; behind it the base pay where it is named. */
export function formatPay(pay: Pay, words: Words): string {
  const unit = words.job.per[pay.period];
  const from = formatAmount(pay.from);
  const guaranteed =
    pay.guaranteed === null ? "" : words.job.guaranteed(formatAmount(pay.guaranteed));
  if (pay.to === null) return words.job.payFrom(from, unit) + guaranteed;
  const range = pay.to === pay.from ? from : `${from}–${formatAmount(pay.to)}`;
  return words.job.pay(range, unit) + guaranteed;
}

function formatAmount(yuan: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(yuan);
}

interface Place {
  readonly name: string;
  readonly ancestors: readonly { readonly name: string }[];
}

/** 嘉兴海宁市, 上海浦东新区: with the region around it, without that one's kind. */
export function formatPlace(place: Place | null): string {
  if (place === null) return "";
  const around = place.ancestors.at(-1)?.name ?? "";
  return around.replace(/(?:省|市|(?:[^ ]{1,3}族)?自治区)$/u, "") + place.name;
}

const INSURANCES = ["PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY", "MATERNITY"] as const;

/** 五险, 缺失业、生育, or that none is named. */
export function formatInsurance(
  kinds: readonly (typeof INSURANCES)[number][],
  words: Words,
): string {
  if (kinds.length === 0) return words.job.noInsurance;
  const missing = INSURANCES.filter((each) => !kinds.includes(each));
  if (missing.length === 0) return words.job.allInsurance;
  const joint = words.language === "en" ? ", " : "、";
  return words.job.missing(missing.map((each) => words.labels.insurance[each]).join(joint));
}

/** 138 0013 8000: digits in the groups in which people say them. */
export function formatPhone(phone: string): string {
  return phone.replace(/^(\d{3})(\d{4})(\d{4})$/u, "$1 $2 $3");
}
