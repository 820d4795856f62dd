/** Words of the start page. */
export const homeWords = {
  home: {
    title: "谁在直播",
    live: "直播中",
    next: "接下来",
    past: "看过往",
    upcoming: (time: string) => `现在没有直播，下一场${time}`,
    noneAtAll: "还没有安排直播，先看看岗位",
    viewers: (count: string) => `${count}人在看`,
  },
};
