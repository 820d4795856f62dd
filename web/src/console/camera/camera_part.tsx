/** Going on air from the camera of this device: preview, what becomes of it, and the end by a hold. */

import { useEffect, useRef } from "preact/hooks";
import { Fault } from "../../parts/notices";
import { useAttempt } from "../../shell/use_attempt";
import { HoldButton } from "../desk/hold_button";
import { useConsoleWords } from "../service";
import type { Camera } from "./camera";

export function CameraPart({ camera }: { camera: Camera }) {
  const own = useConsoleWords().camera;
  const { fault, busy, run } = useAttempt();
  const { broadcast, media } = camera;
  const { phase, reason } = broadcast;
  return (
    <section aria-labelledby="desk-camera">
      <h3 id="desk-camera">{own.title}</h3>
      {media !== null && <Preview media={media} />}
      <p role="status" class={phase === "ON_AIR" ? "live" : undefined}>
        {(media !== null || phase !== "OFF") && own.phase[phase]}
      </p>
      <Fault text={camera.fault === null ? "" : own.fault[camera.fault]} />
      {reason !== null && reason !== camera.fault && (
        <p class="warning">{{ ...own.reason, ...own.fault }[reason]}</p>
      )}
      <Fault text={fault} />
      {phase === "OFF" ? (
        <div class="actions">
          {media === null ? (
            <button type="button" onClick={() => void camera.open()}>
              {camera.fault === null ? own.open : own.openAgain}
            </button>
          ) : (
            <>
              <button
                type="button"
                onClick={() => {
                  if (!busy) void run(() => camera.goOnAir());
                }}
              >
                {own.goOnAir}
              </button>
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  camera.close();
                }}
              >
                {own.giveBack}
              </button>
            </>
          )}
        </div>
      ) : (
        phase !== "ENDING" && (
          <div class="actions">
            {phase === "WAITING" && (
              <button
                type="button"
                onClick={() => {
                  camera.comeBack();
                }}
              >
                {own.comeBack}
              </button>
            )}
            <HoldButton
              text={own.stop}
              holding={own.stopHold}
              onHeld={() => {
                camera.stop();
              }}
            />
          </div>
        )
      )}
      {media !== null && <Controls camera={camera} />}
    </section>
  );
}

function Controls({ camera }: { camera: Camera }) {
  const own = useConsoleWords().camera;
  return (
    <div class="actions">
      <button
        type="button"
        class="quiet"
        aria-pressed={camera.isMuted}
        onClick={() => {
          camera.mute(!camera.isMuted);
        }}
      >
        {own.mute}
      </button>
      {camera.hasOther && (
        <button type="button" class="quiet" onClick={() => void camera.turnAround()}>
          {own.turnAround}
        </button>
      )}
    </div>
  );
}

/** What the camera sees, without its sound: the host would hear an echo. */
function Preview({ media }: { media: MediaStream }) {
  const own = useConsoleWords().camera;
  const elementRef = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = elementRef.current;
    if (video === null) return undefined;
    video.srcObject = media;
    return () => {
      video.srcObject = null;
    };
  }, [media]);
  return (
    <video ref={elementRef} class="preview" muted autoPlay playsInline aria-label={own.preview} />
  );
}
