import { helm3 } from '../tools/helm.ts';

/** Programs that the tests of the chart build with Go. */
export const chartTools = {
  helm3,
  unittest: { name: 'helm-unittest', package: 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest' },
  score: { name: 'kube-score', package: 'github.com/zegl/kube-score/cmd/kube-score' },
} as const;
