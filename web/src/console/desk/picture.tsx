/** Where the picture of a session comes from: this camera, a key for OBS, or a source elsewhere. */

import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import {
  CreateStreamKeyDocument,
  SetStreamSourceDocument,
  type PictureFragment,
} from "../../gen/graphql";
import { Fault } from "../../parts/notices";
import { useAttempt } from "../../shell/use_attempt";
import type { Camera } from "../camera/camera";
import { CameraPart } from "../camera/camera_part";
import { staff, useConsoleWords } from "../service";
import { act } from "./acts";

interface PictureProps {
  readonly id: string;
  readonly picture: PictureFragment;
  readonly camera: Camera;
  readonly isOver: boolean;
}

export function Picture({ id, picture, camera, isOver }: PictureProps) {
  const own = useConsoleWords();
  const { state, cutOffReason } = picture;
  const isWanted = !isOver && cutOffReason === null;
  useEffect(() => {
    // Nobody is filmed for a picture that no viewer gets.
    if (!isWanted) camera.close();
  }, [camera, isWanted]);
  return (
    <section aria-labelledby="desk-picture" class="desk-part">
      <h2 id="desk-picture">{own.desk.tabs.picture}</h2>
      <p role="status">{own.picture.state[state]}</p>
      {cutOffReason !== null && <p class="warning">{own.picture.cutOff(cutOffReason)}</p>}
      {isWanted && (
        <>
          <CameraPart camera={camera} />
          <StreamKey id={id} />
          <Elsewhere id={id} />
        </>
      )}
    </section>
  );
}

interface Key {
  readonly ingestUrl: string;
  readonly streamKey: string;
}

function StreamKey({ id }: { id: string }) {
  const own = useConsoleWords().picture;
  const { fault, busy, run } = useAttempt();
  const [key, setKey] = useState<Key | null>(null);
  const make = async () => {
    const { createStreamKey: made } = await staff.service.execute(CreateStreamKeyDocument, { id });
    if (made.__typename !== "StreamKeyCreated") throw new Refusal(made);
    setKey(made);
  };
  return (
    <>
      <h3>{own.obs}</h3>
      {key !== null && (
        <>
          <p class="warning">{own.once}</p>
          <Copied label={own.server} text={key.ingestUrl} />
          <Copied label={own.key} text={key.streamKey} />
        </>
      )}
      <Fault text={fault} />
      <button
        type="button"
        onClick={() => {
          if (!busy) void run(make);
        }}
      >
        {key === null ? own.makeKey : own.again}
      </button>
    </>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  const own = useConsoleWords().picture;
  const [done, setDone] = useState(false);
  return (
    <div class="copied">
      <label>
        {label}
        <input
          readOnly
          value={text}
          onFocus={(event) => {
            event.currentTarget.select();
          }}
        />
      </label>
      <button
        type="button"
        aria-label={`${own.copy}：${label}`}
        onClick={() => {
          // Pages without https have no clipboard; the field is selected by a tap.
          void (navigator as Partial<Navigator>).clipboard?.writeText(text).then(() => {
            setDone(true);
          });
        }}
      >
        {done ? own.copied : own.copy}
      </button>
    </div>
  );
}

function Elsewhere({ id }: { id: string }) {
  const own = useConsoleWords().picture;
  const { fault, busy, run } = useAttempt();
  const [address, setAddress] = useState("");
  const [done, setDone] = useState(false);
  const set = async () => {
    const isPlaylist = /\.m3u8(?:$|[?#])/u.test(address.trim());
    setDone(
      await run(() =>
        act(SetStreamSourceDocument, {
          id,
          hlsUrl: isPlaylist ? address : null,
          linkUrl: isPlaylist ? null : address,
        }),
      ),
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void set();
      }}
    >
      <h3>{own.elsewhere}</h3>
      <label>
        {own.address}
        <input
          type="url"
          required
          maxLength={500}
          value={address}
          onInput={(event) => {
            setAddress(event.currentTarget.value);
          }}
        />
      </label>
      <Fault text={fault} />
      <button>{own.set}</button>
      <p role="status" class="small">
        {done && own.isSet}
      </p>
    </form>
  );
}
