/** An error in plain words. Texts can hold what came from the network. */
export interface Explanation {
  /** What happened, in a few words: `connection refused`. */
  readonly what: string;
  /** What it means for this request, a sentence or two. */
  readonly why: string;
  /** What to try, most likely first. */
  readonly advice: readonly string[];
}
