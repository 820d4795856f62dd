/** All words of the public pages in Chinese, by page. A function takes what varies. */
export const zh = {
  language: "zh-CN",
  brand: "送岗",
  other: "EN",
  large: "大字",
  skip: "跳到内容",
  loading: "正在打开",
  retry: "重试",
  failed: "没打开，再试一次",
  notFound: "没有这一页",
  toHome: "去首页",
  nav: { home: "直播", board: "岗位", me: "我的" },
  home: {
    title: "谁在直播",
    live: "直播中",
    next: "接下来",
    past: "看过往",
    none: "现在没有直播",
    noneAtAll: "还没有安排直播，先看看岗位",
    toBoard: "看岗位",
    viewers: (count: string) => `${count}人在看`,
    interests: (count: string) => `${count}人感兴趣`,
    by: (union: string, host: string) => `${union}·${host}`,
  },
};

export type Words = typeof zh;
