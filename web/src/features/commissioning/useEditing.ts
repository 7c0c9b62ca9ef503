/** The scene being corrected: every correction is made by the centre, one after the other; each can be taken back. */
import { computed, ref, shallowRef } from "vue";
import { askPreview, sceneOf, type Edit, type Place, type PreviewShown, type Scene } from "@/api/commissioning";

const UNDO_MAX = 100;
/** Corrections after which every line, anchor and mask has the number it had. */
const MOVES = /^(move|open|shift|set_lens)/;

export function useEditing(place: () => Place) {
  const shown = shallowRef<PreviewShown | null>(null);
  const undoable = shallowRef<PreviewShown[]>([]);
  const begun = shallowRef<PreviewShown | null>(null);
  const busy = ref(0);
  const renumbering = ref(0);
  const error = shallowRef<Error | null>(null);
  let line: Promise<void> = Promise.resolve();

  const scene = computed<Scene | null>(() => (shown.value ? sceneOf(shown.value.scene) : null));
  const changed = computed(() => shown.value !== begun.value);

  function queue(work: () => Promise<void>): Promise<void> {
    busy.value += 1;
    line = line.then(async () => {
      try {
        await work();
        error.value = null;
      } catch (failed) {
        error.value = failed instanceof Error ? failed : new Error(String(failed));
      } finally {
        busy.value -= 1;
      }
    });
    return line;
  }

  /** Begin with a scene as it stands; what was done before is let go. */
  function begin(raw: Scene): Promise<void> {
    return queue(async () => {
      const first = await askPreview(place(), raw, []);
      shown.value = begun.value = first;
      undoable.value = [];
    });
  }

  function apply(edit: Edit): Promise<void> {
    const ask = async () => {
      const before = shown.value;
      if (!before) return;
      const after = await askPreview(place(), sceneOf(before.scene), [edit]);
      undoable.value = [...undoable.value.slice(-UNDO_MAX + 1), before];
      shown.value = after;
    };
    return MOVES.test(edit.op) ? queue(ask) : renumber(ask);
  }

  /** What has a number may have another one afterwards. */
  function renumber(work: () => Promise<void>): Promise<void> {
    renumbering.value += 1;
    return queue(work).finally(() => (renumbering.value -= 1));
  }

  /** Takes back what was asked for last, also where its answer is still awaited. */
  function undo(): Promise<void> {
    return renumber(async () => {
      const before = undoable.value.at(-1);
      if (!before) return;
      undoable.value = undoable.value.slice(0, -1);
      shown.value = before;
    });
  }

  /** It is sent: from here on nothing is unsaved. */
  function settle(): void {
    begun.value = shown.value;
    undoable.value = [];
  }

  return { shown, scene, changed, busy: computed(() => busy.value > 0), renumbering: computed(() => renumbering.value > 0), error, canUndo: computed(() => undoable.value.length > 0), begin, apply, undo, settle };
}
