import { Empty } from "../../parts/notices";
import { useWords } from "../../shell/preferences";

/** `/q/<token>`, when the service does not know the code: it leads on by itself otherwise. */
export default function UnknownCodePage() {
  const words = useWords();
  return <Empty text={words.unknownCode} href="/jobs" action={words.toBoard} />;
}
