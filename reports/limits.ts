/**
 * How much of a large case a report shows. What is left out is counted beside what is shown, and reachable in the case.
 * Together they keep a report of any case below 5 MB.
 */
export const LIMITS = {
  /** Rows of the evidence table. */
  evidence: 2000,
  /** Bytes that these rows may take: fewer rows where texts are long. */
  evidenceBytes: 4_000_000,
  /** Rows of it that go on paper, and rows of one detection. */
  printed: 200,
  printedOfDetection: 20,
  /** Flows under each of the strongest findings, and under the others. */
  flowsOfStrongest: 10,
  flowsOfOthers: 3,
  strongest: 200,
  /** Sentences of the story. */
  story: 60,
  /** From more findings of one kind on they share a sentence. */
  storyFold: 3,
  /** Affected hosts with a block of their own, and what a block lists. */
  hosts: 50,
  windowsPerHost: 24,
  findingsPerHost: 20,
  linksPerFinding: 8,
  /** Hosts outside that raised an alert. */
  attackers: 100,
  /** Indicators, hosts with actions, addresses of the block list. */
  indicators: 200,
  actionHosts: 10,
  /** Hosts below the threshold that the verdict names where none is above it. */
  leads: 3,
  blocked: 500,
  /** Channels with a drawn series, and the connections of each. */
  channels: 12,
  channelPoints: 400,
  /** Peers in a host's block. */
  peersPerHost: 10,
  /** The worst hosts get more: their story, and several drawn connections. The others get one. */
  worstHosts: 10,
  activitiesPerHost: 25,
  activityText: 200,
  seriesPerHost: 3,
  seriesPoints: 120,
  /** Flows from which a connection is told by its letters. */
  seriesFlows: 4,
  letters: 200,
  /** Countries and networks in the tables beside the map. */
  countries: 15,
  networks: 15,
  /** Checks and limits of a model that its card names. */
  modelChecks: 6,
  modelLimits: 12,
  heatmapHosts: 30,
  heatmapColumns: 96,
  timelineLanes: 16,
  timelineBins: 120,
  /** Marks of one lane: as many as can be told apart. */
  timelineMarks: 240,
  suppressed: 100,
  captures: 300,
  rejects: 100,
  placesPerReject: 5,
  /** Characters of one text. */
  text: 400,
} as const;
