/** Reads what this visitor has in a session, whenever the service says that it changed. */

import { MyRoomDocument, type OwnRoomFragment } from "../../gen/graphql";
import { service } from "../../shell/service";

export interface OwnRoom extends OwnRoomFragment {
  /** When the next question is taken, in milliseconds of `performance.now()`. */
  readonly askAt: number;
}

export class OwnRoomReader {
  readonly #sessionId: string;
  readonly #onRead: (own: OwnRoom) => void;
  #reading = false;
  #again = false;
  #closed = false;

  constructor(sessionId: string, onRead: (own: OwnRoom) => void) {
    this.#sessionId = sessionId;
    this.#onRead = onRead;
  }

  /** Read soon; a change that is noticed during a read makes one more. */
  readonly read = (): void => {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#again = false;
    service
      .execute(MyRoomDocument, { id: this.#sessionId })
      .then(
        ({ myRoom }) => {
          if (myRoom === null || this.#closed) return;
          const askAt = performance.now() + (myRoom.limits.askAfter ?? 0) * 1_000;
          this.#onRead({ ...myRoom, askAt });
        },
        // What was read before stays. The notice that begins each connection reads again.
        () => undefined,
      )
      .finally(() => {
        this.#reading = false;
        if (this.#again && !this.#closed) this.read();
      });
  };

  close(): void {
    this.#closed = true;
  }
}
