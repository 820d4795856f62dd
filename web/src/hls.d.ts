/** The light build has the interface of the whole one; the package declares no types for it. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
