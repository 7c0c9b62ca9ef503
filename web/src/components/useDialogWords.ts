/** The words that Element Plus' drawers and dialogs say by themselves, in the page's language: what their cross does. */
import { localeContextKey } from "element-plus/es/hooks/use-locale/index";
import { computed, provide } from "vue";
import { useWords } from "@/i18n/words";

export function useDialogWords(): void {
  const { t, lang } = useWords();
  const said = computed(() => ({ close: t("why.close") }));
  provide(localeContextKey, computed(() => ({ name: lang.value, el: { drawer: said.value, dialog: said.value } })));
}
