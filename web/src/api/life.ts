/** The rest of a project's page: Gantt, the board of four, papers and stages, changes and pauses, disputes. */
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";

const path = (project: Ref<string>) => ({ params: { path: { project_id: project.value } } });

export const useGantt = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["gantt", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/gantt", path(project)), "/gantt") });

export const useBoard = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["board", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/board", path(project)), "/board") });

export const useLifecycle = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["lifecycle", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/lifecycle", path(project)), "/lifecycle") });

export const useRevisions = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["revisions", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/revisions", path(project)), "/revisions") });

export const usePauses = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["pauses", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/pauses", path(project)), "/pauses") });

export const useDisputes = (project: Ref<string>) =>
  useQuery({ queryKey: computed(() => ["disputes", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/disputes", path(project)), "/disputes") });
