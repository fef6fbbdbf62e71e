// What goes with an integration into a sealed export, or comes with it, in a word.
import type { Carries } from '../api/host';
import { t } from '../language/language.svelte';

export const carriesText = (carries: Carries): string => t(`carries-${carries}`);
