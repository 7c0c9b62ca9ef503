/** Reports: asked for, frozen once, fetched as documents whose digest is told. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import { saveFile } from "./insight";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Report = S["ReportShown"];
export type ReportAsked = S["ReportAsked"];
export type ReportKind = Report["kind"];
export type ReportFormat = S["ReportDocument"]["format"];

export function useReports(kind: Ref<ReportKind | null>) {
  return useQuery<S["ReportList"]>({ queryKey: computed(() => ["reports", kind.value]), queryFn: () => need(client.GET("/api/v1/reports", { params: { query: { limit: 200, ...(kind.value ? { kind: kind.value } : {}) } } }), "/reports") });
}

/** One report with the digests of the documents that were made of it. */
export function useReport(id: Ref<number | null>) {
  return useQuery<Report>({
    queryKey: computed(() => ["reports", "one", id.value]),
    enabled: computed(() => id.value !== null),
    queryFn: () => need(client.GET("/api/v1/reports/{report}", { params: { path: { report: id.value ?? 0 } } }), `/reports/${id.value}`),
  });
}

export function useReportActs() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["reports"] });
  return {
    make: useMutation<Report, Error, ReportAsked>({ mutationFn: (body) => need(client.POST("/api/v1/reports", { body }), "/reports"), onSuccess }),
    save: useMutation<unknown, Error, { report: Report; format: ReportFormat; lang: "zh" | "en" }>({
      mutationFn: ({ report, format, lang }) => saveFile(`/api/v1/reports/${report.id}/file?format=${format}&language=${lang}`, `${report.kind}-${report.period ?? report.id}-${lang}.${format}`),
      onSuccess,
    }),
  };
}
