/** Words of a session that may be watched again. */
export const replayWords = {
  replay: {
    watch: (length: string) => `看回放 ${length}`,
    until: (time: string) => `回放保留到${time}`,
    preparing: "有回放的话，一分钟内出现在这里",
    none: "这场没有回放",
    gone: "回放已删除",
  },
};
