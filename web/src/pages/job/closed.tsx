/** A job that is closed: jobs like it, and the way to all. */

import { SimilarJobsDocument, type JobDetailsFragment } from "../../gen/graphql";
import { JobSlip } from "../../parts/job_slip";
import { useWords } from "../../shell/preferences";
import { useQuery } from "../../shell/use_query";

export function Closed({ job }: { job: JobDetailsFragment }) {
  const words = useWords();
  const { data } = useQuery(SimilarJobsDocument, {
    filter: { occupation: job.occupation, placeCode: job.placeCode.slice(0, 2) + "0000" },
  });
  const similar = data?.postings.edges.map((edge) => edge.node) ?? [];
  return (
    <>
      <p role="status" class="warning">
        {words.job.closed}
      </p>
      {similar.length > 0 && <h2>{words.job.similar}</h2>}
      <ul class="cards">
        {similar.map((each) => (
          <li key={each.id}>
            <JobSlip job={each} />
          </li>
        ))}
      </ul>
      <a class="button main wide" href="/jobs">
        {words.job.seeSimilar}
      </a>
    </>
  );
}
