/** The one service of this page. Its address is that of the page, or the one in the document. */

import { LastAnswers } from "../api/last_answers";
import { Service } from "../api/service";
import { Viewer } from "../api/viewer";

const meta = document.querySelector<HTMLMetaElement>('meta[name="songgang-api"]');
const url = new URL(meta?.content ?? "/graphql", location.href);

export const viewer = new Viewer(url.href);
export const service = new Service(url.href, viewer, new LastAnswers());
export const serviceUrl = url.href;
export const liveUrl = url.href.replace(/^http/u, "ws");
