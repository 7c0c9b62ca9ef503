/** What went wrong with a request, in the words of the centre's error envelope. */

import type { components } from "./schema.gen";

export type FileFault = components["schemas"]["PlanFault"];

export interface FaultFields {
  code: string;
  what: string;
  where: string;
  expected: string;
  id: string;
  status: number;
  /** The refusal in words for people, where the centre has them. */
  text?: { zh: string; en: string };
  /** Every fault of a file, where the centre names them. */
  errors?: readonly FileFault[];
}

export class ApiFault extends Error {
  readonly fields: FaultFields;

  constructor(fields: FaultFields) {
    super(`${fields.code}: ${fields.what} (${fields.where})`);
    this.name = "ApiFault";
    this.fields = fields;
  }

  get absent(): boolean {
    return this.fields.status === 404;
  }
}

/** Any failure → a fault: the envelope if the centre answered, "network" if nobody did. */
export function faultFrom(error: unknown, status: number, where: string): ApiFault {
  const answer = error as { error?: Partial<FaultFields>; text?: FaultFields["text"]; errors?: readonly FileFault[] } | null;
  const envelope = answer?.error;
  return new ApiFault({
    code: envelope?.code ?? (status === 0 ? "network" : `http_${status}`),
    what: envelope?.what ?? (status === 0 ? "no answer" : `status ${status}`),
    where: envelope?.where ?? where,
    expected: envelope?.expected ?? "",
    id: envelope?.id ?? "",
    status,
    ...(answer?.text ? { text: answer.text } : {}),
    ...(answer?.errors ? { errors: answer.errors } : {}),
  });
}
