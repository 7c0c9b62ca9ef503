/** What a photo is to be of: ids, '' where it is not chosen yet. */
export interface Aim {
  project: string;
  building: string;
  item: string;
  task: string;
}
