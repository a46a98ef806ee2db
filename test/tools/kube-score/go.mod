module kube-score

go 1.24.0

require github.com/zegl/kube-score v1.20.0
