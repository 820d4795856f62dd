/** The seeker of this page, apart from the service: only pages about wishes need one. */

import { Seeker } from "../api/seeker";
import { service, serviceUrl } from "./service";

export const seeker = new Seeker(serviceUrl, service);
