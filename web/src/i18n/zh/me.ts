import type { LeadStage } from "../../gen/graphql";

/** Words of what a person has with us. */
export const meWords = {
  me: {
    wishes: "按我的条件找岗位",
    correct: "改姓名",
    newName: "正确的姓名",
    saveName: "保存姓名",
    corrected: "姓名改好了",
    some: "先看看这几个",
    title: "到哪一步了",
    none: "你还没登记过岗位",
    withdraw: "撤回",
    withdrawn: "已撤回",
    export: "下载我的资料",
    erase: "删除我的资料",
    eraseSure: "姓名、手机号和登记都会删除，不能恢复。确定删除",
    remembered: (name: string) => `这台手机记着：${name}`,
    forget: "不再记着",
    stage: {
      INTERESTED: "已登记，等工会联系",
      CONTACTED: "工会已联系",
      INTERVIEWED: "已面试",
      OFFERED: "已录用，等入职",
      HIRED: "已入职",
      RETAINED_30: "入职满30天",
      RETAINED_90: "入职满90天",
      WITHDRAWN: "已撤回",
      REFUSED: "这次没成",
      UNREACHABLE: "电话没打通",
    } satisfies Record<LeadStage, string> as Record<LeadStage, string>,
  },
};
