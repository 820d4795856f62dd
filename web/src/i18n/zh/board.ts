/** Words of the board and its filters. */
export const boardWords = {
  board: {
    title: "岗位",
    search: "搜岗位、地点、单位",
    find: "搜索",
    found: (count: string) => `有${count}个岗位`,
    none: "没找到",
    drop: (word: string) => `去掉“${word}”再看`,
    dropAll: "看全部岗位",
    pay: "月薪不低于",
    any: "不限",
    shift: "班次",
    benefit: "福利",
    yuan: (amount: number) => `${String(amount)}元`,
  },
};
