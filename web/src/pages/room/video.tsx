/** The video of a session, live or recorded: muted while live, and small inside the page. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { roomWords } from "../../i18n/zh/room";
import { useWords } from "../../shell/preferences";
import { type PlayerState, startPlayer } from "./player";

interface VideoProps {
  readonly url: string;
  readonly poster: string;
  readonly title: string;
  readonly isReplay?: boolean;
  /** The recording is there no more. */
  onGone?(this: void): void;
}

export function Video({ url, poster, title, isReplay = false, onGone }: VideoProps) {
  const words = useWords(roomWords).room.picture;
  const element = useRef<HTMLVideoElement>(null);
  const goneRef = useRef(onGone);
  const [state, setState] = useState<PlayerState>("WAITING");
  useLayoutEffect(() => {
    goneRef.current = onGone;
  }, [onGone]);
  useEffect(() => {
    if (element.current === null) return undefined;
    // Attributes that only some browsers know: WeChat on Android, and old Safari.
    for (const name of ["webkit-playsinline", "x5-playsinline"]) {
      element.current.setAttribute(name, "true");
    }
    const hear = (now: PlayerState) => {
      setState(now);
      if (now === "GONE") goneRef.current?.();
    };
    const player = startPlayer(element.current, url, hear, { isReplay });
    document.addEventListener("WeixinJSBridgeReady", player.play);
    return () => {
      document.removeEventListener("WeixinJSBridgeReady", player.play);
      player.close();
    };
  }, [url, isReplay]);
  return (
    <>
      <video
        ref={element}
        muted={!isReplay}
        playsInline
        controls
        poster={poster}
        aria-label={title}
        lang="zh-CN"
      />
      {state !== "PLAYING" && (
        <p class="over-picture">{state === "FULL" ? words.full : words.waiting}</p>
      )}
    </>
  );
}
