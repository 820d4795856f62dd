/** 上海浦东新区·白班·五险: short facts in a row. A line breaks between facts, and its dot goes. */

import { toChildArray, type ComponentChildren } from "preact";

export function Dotted({ children }: { children: ComponentChildren }) {
  return (
    <span class="dotted">
      {toChildArray(children).map((fact, index) => (
        <span key={index}>{fact}</span>
      ))}
    </span>
  );
}
