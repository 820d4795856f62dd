/** The code of the room over the whole screen, for the camera and for people in the hall. */

import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { CreateSessionCodeDocument, SessionCodesDocument } from "../../gen/graphql";
import { Sheet } from "../../parts/dialog";
import { Fault } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { staff, useConsoleWords } from "../service";

interface CodeScreenProps {
  readonly id: string;
  readonly title: string;
  onClose(this: void): void;
}

export function CodeScreen({ id, title, onClose }: CodeScreenProps) {
  const words = useWords();
  const own = useConsoleWords().code;
  const [token, setToken] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    findCode(id, own.label).then(setToken, (error: unknown) => {
      setFault(explain(error, words));
    });
  }, [id, own, words]);
  return (
    <Sheet title={own.title} onClose={onClose}>
      <div class="code-screen">
        <Fault text={fault} />
        {token !== null && <img src={`/codes/${token}.png`} alt={own.title} />}
        <p lang="zh-CN">{title}</p>
      </div>
    </Sheet>
  );
}

/** The newest code of the session, or a first one. */
async function findCode(id: string, label: string): Promise<string> {
  const { codes } = await staff.service.execute(SessionCodesDocument, { id });
  const known = codes?.edges[0]?.node.token;
  if (known !== undefined) return known;
  const { createCode } = await staff.service.execute(CreateSessionCodeDocument, { id, label });
  if (createCode.__typename !== "CodeCreated") throw new Refusal(createCode);
  return createCode.qrCode.token;
}
