/** The camera and the microphone of this device, and why there are none. */

export type CameraFault =
  "INSECURE" | "IN_WECHAT" | "UNSUPPORTED" | "DENIED" | "NO_CAMERA" | "CAMERA_BUSY";

export type Facing = "user" | "environment";

/** Thrown where the camera cannot be opened. */
export class CameraUnavailable extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Kinds of recordings that the media process takes, those that cost it least first. */
const KINDS = [
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc1,opus",
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/mp4",
];

/** Those of them that this browser records. */
export function recordedKinds(): readonly string[] {
  if (!("MediaRecorder" in window)) return [];
  return KINDS.filter((kind) => MediaRecorder.isTypeSupported(kind));
}

/**
 * Open the camera, and the microphone if there is one. Asks the person, where that was not done.
 * @throws CameraUnavailable
 */
export async function openMedia(facing: Facing): Promise<MediaStream> {
  if (!isSecureContext) throw new CameraUnavailable("INSECURE");
  // Browsers of before 2020, and those inside of apps, have no such part.
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (devices === undefined || recordedKinds().length === 0) {
    const inWeChat = navigator.userAgent.includes("MicroMessenger");
    throw new CameraUnavailable(inWeChat ? "IN_WECHAT" : "UNSUPPORTED");
  }
  try {
    const known = await devices.enumerateDevices();
    return await devices.getUserMedia({
      video: {
        facingMode: facing,
        width: { ideal: 1280 },
        height: { ideal: 720 },
        frameRate: { ideal: 25, max: 30 },
      },
      audio: known.some((device) => device.kind === "audioinput"),
    });
  } catch (error) {
    throw new CameraUnavailable(faultOf(error));
  }
}

function faultOf(error: unknown): CameraFault {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "DENIED";
    case "NotFoundError":
    case "OverconstrainedError":
      return "NO_CAMERA";
    default:
      return "CAMERA_BUSY";
  }
}

/** Whether the picture still comes; a call or another app may have taken the camera. */
export function isAlive(media: MediaStream): boolean {
  const isLive = media.getTracks().every((track) => track.readyState === "live");
  return isLive && media.getVideoTracks().every((track) => !track.muted);
}

/** How many cameras this device has; it says so only once one was opened. */
export async function countCameras(): Promise<number> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length;
}

export function stopMedia(media: MediaStream | null): void {
  for (const track of media?.getTracks() ?? []) track.stop();
}
