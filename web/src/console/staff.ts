/**
 * Who the staff are to the service: tokens that all tabs of a browser share.
 *
 * A refresh token is good for one use, so one tab at a time refreshes, and the others take what it
 * got. When nothing is left to refresh, requests wait until somebody has signed in: nothing that
 * was typed is lost.
 */

import { Refusal } from "../api/refusal";
import { Service } from "../api/service";
import {
  ChangePasswordDocument,
  RefreshSignInDocument,
  SignInDocument,
  SignOutDocument,
  type StaffTokensFragment,
} from "../gen/graphql";

const STORED_AS = "songgang.staff";
const RENEW_BEFORE_MS = 60_000;

type Tokens = Pick<StaffTokensFragment, "accessToken" | "refreshToken" | "expiresAt">;

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** To exchange a one-time password for an own one. */
  readonly newPassword: string | null;
}

export class Staff {
  readonly service: Service;
  readonly #nobody: Service;
  readonly #listeners = new Set<() => void>();
  #tokens: Tokens | null = readTokens();
  #hadTokens = this.#tokens !== null;
  #waiting: (() => void)[] = [];
  #refreshing: Promise<void> | null = null;

  constructor(url: string) {
    this.#nobody = new Service(url, { token: () => Promise.resolve(null) });
    this.service = new Service(url, this);
    addEventListener("storage", (event) => {
      if (event.key !== STORED_AS) return;
      this.#tokens = readTokens();
      if (this.#tokens !== null) this.#admit();
      this.#tell();
    });
  }

  /** Whether a request waits for somebody to sign in. */
  get isSignInWanted(): boolean {
    return this.#waiting.length > 0;
  }

  get isSignedIn(): boolean {
    return this.#tokens !== null;
  }

  /** Whether somebody was signed in here since the page was opened. */
  get wasSignedIn(): boolean {
    return this.#hadTokens;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The access token; another one with `renew`. Waits while nobody is signed in. */
  readonly token = async (renew: boolean): Promise<string> => {
    const refused = renew ? this.#tokens?.accessToken : undefined;
    for (;;) {
      const known = this.#tokens;
      if (known === null) await this.#signedIn();
      else if (known.accessToken !== refused && isFresh(known)) return known.accessToken;
      else await this.#refresh(known);
    }
  };

  async signIn({ username, password, newPassword }: Credentials): Promise<void> {
    const result =
      newPassword === null
        ? (await this.#nobody.execute(SignInDocument, { username, password })).signIn
        : (
            await this.#nobody.execute(ChangePasswordDocument, {
              username,
              password,
              newPassword,
            })
          ).changePassword;
    if (result.__typename !== "SignedIn") throw new Refusal(result);
    this.#become(result);
  }

  async signOut(): Promise<void> {
    const refreshToken = this.#tokens?.refreshToken;
    this.#become(null);
    if (refreshToken !== undefined) await this.#nobody.execute(SignOutDocument, { refreshToken });
  }

  #refresh(spent: Tokens): Promise<void> {
    this.#refreshing ??= oneTabAtATime(async () => {
      const shared = readTokens() ?? this.#tokens;
      if (shared !== null && shared.refreshToken !== spent.refreshToken) {
        this.#tokens = shared; // another tab has refreshed them meanwhile
        return;
      }
      const { refreshToken } = spent;
      const { refreshSignIn: result } = await this.#nobody.execute(RefreshSignInDocument, {
        refreshToken,
      });
      if (result.__typename === "SignedIn") this.#become(result);
      else if (result.code === "BUSY") throw new Refusal(result);
      else this.#become(null);
    }).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  #signedIn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#tell();
    });
  }

  #become(tokens: Tokens | null): void {
    this.#tokens = tokens;
    writeTokens(tokens);
    if (tokens !== null) this.#admit();
    this.#tell();
  }

  #admit(): void {
    this.#hadTokens = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isFresh(tokens: Tokens): boolean {
  return Date.parse(tokens.expiresAt) - Date.now() > RENEW_BEFORE_MS;
}

/** Browsers of before 2022 have no locks; there the service forgives a second refresh at once. */
function oneTabAtATime(work: () => Promise<void>): Promise<void> {
  const locks = (navigator as Partial<Pick<Navigator, "locks">>).locks;
  return locks === undefined ? work() : locks.request(STORED_AS, work);
}

function readTokens(): Tokens | null {
  try {
    return JSON.parse(localStorage.getItem(STORED_AS) ?? "null") as Tokens | null;
  } catch {
    return null;
  }
}

function writeTokens(tokens: Tokens | null): void {
  try {
    if (tokens === null) localStorage.removeItem(STORED_AS);
    else {
      const { accessToken, refreshToken, expiresAt } = tokens;
      localStorage.setItem(STORED_AS, JSON.stringify({ accessToken, refreshToken, expiresAt }));
    }
  } catch {
    // Without storage the sign-in holds for this page.
  }
}
