/** The host's last announcement, until the viewer closes it. */

import { useState } from "preact/hooks";
import { roomWords } from "../../i18n/zh/room";
import { useWords } from "../../shell/preferences";

export function Announcement({ text }: { text: string }) {
  const words = useWords(roomWords);
  const [closed, setClosed] = useState("");
  if (closed === text) return null;
  return (
    <p class="announcement" role="status">
      <span>
        <b>{words.room.announcement}</b> <span lang="zh-CN">{text}</span>
      </span>
      <button
        type="button"
        class="quiet"
        aria-label={words.close}
        onClick={() => {
          setClosed(text);
        }}
      >
        ×
      </button>
    </p>
  );
}
