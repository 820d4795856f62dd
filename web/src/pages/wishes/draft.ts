/** Wishes while somebody changes them, and how they come from the service and go to it. */

import {
  MyWishesDocument,
  OccupationNameDocument,
  OccupationsDocument,
  RegionNameDocument,
  RegionsDocument,
  type Intensity,
  type ProfileInput,
  type SeekerGroup,
  type Shift,
} from "../../gen/graphql";
import type { Choice } from "../../parts/picker";
import { seeker } from "../../shell/seeker";
import { service } from "../../shell/service";

export interface Draft {
  readonly group: SeekerGroup;
  readonly occupations: readonly Choice[];
  readonly places: readonly Choice[];
  readonly shifts: readonly Shift[];
  readonly pay: number | null;
  readonly heaviest: Intensity;
  readonly endsBy: string;
  readonly noNights: boolean;
  readonly dormitory: boolean;
  readonly meals: boolean;
}

export const EMPTY: Draft = {
  group: "MIGRANT_WORKER",
  occupations: [],
  places: [],
  shifts: [],
  pay: null,
  heaviest: "HEAVY",
  endsBy: "",
  noNights: false,
  dormitory: false,
  meals: false,
};

export function profileOf(draft: Draft): ProfileInput {
  return {
    group: draft.group,
    wants: {
      occupations: draft.occupations.map((each) => each.code),
      places: draft.places.map((each) => each.code),
      shifts: [...draft.shifts],
      lowestPay: draft.pay === null ? null : { amount: draft.pay, period: "MONTH" },
      heaviest: draft.heaviest,
      endsBy: draft.endsBy === "" ? null : draft.endsBy,
      noNights: draft.noNights,
      dormitory: draft.dormitory,
      meals: draft.meals,
    },
  };
}

/** The wishes that the service has, with the names of their codes. */
export async function loadDraft(): Promise<Draft> {
  const { myProfile } = await seeker.service.execute(MyWishesDocument, {});
  if (myProfile == null) return EMPTY;
  const { group, wants } = myProfile.seeker.profile;
  const occupations = wants.occupations.map(async (code) => {
    const { occupation } = await service.execute(OccupationNameDocument, { code });
    return { code, zh: occupation?.zh ?? code, en: occupation?.en ?? code };
  });
  const places = wants.places.map(async (code) => {
    const { region } = await service.execute(RegionNameDocument, { code });
    return { code, zh: region?.fullName ?? code, en: null };
  });
  return {
    group,
    occupations: await Promise.all(occupations),
    places: await Promise.all(places),
    shifts: wants.shifts,
    pay: wants.lowestPay?.amount ?? null,
    heaviest: wants.heaviest,
    endsBy: wants.endsBy?.slice(0, 5) ?? "",
    noNights: wants.noNights,
    dormitory: wants.dormitory,
    meals: wants.meals,
  };
}

export async function searchOccupations(search: string): Promise<readonly Choice[]> {
  const { occupations } = await service.execute(OccupationsDocument, { search });
  return occupations;
}

export async function searchRegions(search: string): Promise<readonly Choice[]> {
  const { regions } = await service.execute(RegionsDocument, { search });
  return regions.map(({ code, fullName }) => ({ code, zh: fullName, en: null }));
}
