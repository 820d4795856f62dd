import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { CreateCameraKeyDocument } from "../../gen/graphql";
import { staff } from "../service";
import { Camera, type CameraKey } from "./camera";

/** The one camera of this page. It goes on while the host edits the session. */
let current: { readonly id: string; readonly camera: Camera } | null = null;

/** The camera of a session; that of another session ends. */
function cameraOf(id: string): Camera {
  if (current?.id !== id) {
    current?.camera.close();
    current = { id, camera: new Camera(() => makeKey(id)) };
  }
  return current.camera;
}

async function makeKey(id: string): Promise<CameraKey> {
  const { createCameraKey: made } = await staff.service.execute(CreateCameraKeyDocument, { id });
  if (made.__typename !== "CameraKeyCreated") throw new Refusal(made);
  return made;
}

/** The camera of a session; a component that calls it is rendered again when it changes. */
export function useCamera(id: string): Camera {
  const camera = cameraOf(id);
  const [, setChanges] = useState(0);
  useEffect(
    () =>
      camera.listen(() => {
        setChanges((before) => before + 1);
      }),
    [camera],
  );
  return camera;
}
