/** Words of the button that reminds of a session. */
export const remindWords = {
  remind: {
    act: "提醒我开播",
    saved: "日历文件存好了，打开它，开播前十分钟手机会提醒",
  },
};
