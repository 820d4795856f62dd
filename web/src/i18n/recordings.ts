/** How long and how large recordings are, as people say it. */

/** 0:07, 12:03, 1:02:03. */
export function formatLength(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, ...rest] = parts.map((each) => String(each).padStart(2, "0"));
  return (hours === "00" ? rest : [hours, ...rest]).join(":").replace(/^0/u, "");
}

/** 34 MB; at least 1. */
export function formatMegabytes(bytes: number): string {
  return `${String(Math.max(1, Math.round(bytes / 1_000_000)))} MB`;
}
