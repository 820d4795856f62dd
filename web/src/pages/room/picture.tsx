/** The picture of a session: a player while there is media, else its poster and what is the matter. */

import { useEffect, useState } from "preact/hooks";
import type { PictureFragment } from "../../gen/graphql";
import { roomWords } from "../../i18n/zh/room";
import { useWords } from "../../shell/preferences";
import { Video } from "./video";

/** A hidden page stops to load after this time; the events of the room go on. */
const STOP_HIDDEN_MS = 10_000;

export function Picture({ picture, title }: { picture: PictureFragment; title: string }) {
  const words = useWords(roomWords);
  const [textOnly, setTextOnly] = useState(false);
  const visible = useVisible();
  const url = picture.hlsUrl;
  const shown = !textOnly && visible && url !== null;
  return (
    <figure class="picture">
      {!textOnly && (
        <div class="frame">
          {shown ? (
            <Video key={url} url={url} poster={ownAddress(picture.posterUrl)} title={title} />
          ) : (
            <Poster url={ownAddress(picture.posterUrl)} title={title} />
          )}
        </div>
      )}
      <figcaption class="second">
        <span role="status" class={picture.cutOffReason === null ? "" : "stopped"}>
          <Description picture={picture} />
        </span>
        {picture.link !== null && (
          <a class="button" href={picture.link.url} target="_blank" rel="noopener noreferrer">
            {words.room.picture.watchAt(words.room.picture.platforms[picture.link.platform])}
          </a>
        )}
        {url !== null && (
          <button
            type="button"
            class="quiet"
            aria-pressed={textOnly}
            onClick={() => {
              setTextOnly(!textOnly);
            }}
          >
            {textOnly ? words.room.picture.withPicture : words.room.picture.textOnly}
          </button>
        )}
      </figcaption>
    </figure>
  );
}

function Description({ picture }: { picture: PictureFragment }) {
  const words = useWords(roomWords);
  if (picture.cutOffReason !== null) {
    return (
      <>
        {words.room.picture.cutOff}
        <span lang="zh-CN">{picture.cutOffReason}</span>
      </>
    );
  }
  return picture.link === null ? <>{words.room.picture.states[picture.state]}</> : null;
}

function Poster({ url, title }: { url: string; title: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return null;
  return (
    <img
      src={url}
      alt={title}
      lang="zh-CN"
      width="1280"
      height="720"
      onError={() => {
        setBroken(true);
      }}
    />
  );
}

/** The covers of this service are asked for where the page came from, whatever its public name. */
export function ownAddress(url: string): string {
  const { pathname } = new URL(url, location.href);
  return pathname.startsWith("/covers/") ? pathname : url;
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    let timeout: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timeout);
      if (document.visibilityState === "visible") setVisible(true);
      else
        timeout = setTimeout(() => {
          setVisible(false);
        }, STOP_HIDDEN_MS);
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timeout);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return visible;
}
