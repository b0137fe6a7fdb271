"""Records what torchvision's networks, and small ones written here, answer when their weights come from a formula, and the names and shapes of torchvision's tensors; writes logits.json beside this file.

Needs Debian's python3-torchvision: /usr/bin/python3 record.py
The formula, for the tensors of a state dict sorted by name (k = 0, 1, …; counters of batches left out): u[i] = ((7919 i + 104729 k) mod 1009) / 1009 - 1/2, in order of memory;
kernels and matrices u * sqrt(24 / (elements / outputs)), batch norm's weight 1 + u/5 and variance 1 + u/2, everything else u/10. The image [1, 3, 64, 64] is u with k = 0, as is the one [1, 1, 33, 47] of the
encoder-decoders, of whose answers every 16th pixel is recorded. Names and shapes are recorded as the SHA-256 of lines like "conv1.weight 64,3,7,7", sorted by name, counters of batches left out.
"""
import hashlib
import json
import math
import os

import torch
import torch.nn.functional as F
import torchvision


def formula(shape, k):
    count = math.prod(shape)
    return (((torch.arange(count) * 7919 + k * 104729) % 1009).double() / 1009 - 0.5).reshape(shape)


def tensors(network):
    return sorted((name, tensor) for name, tensor in network.state_dict().items() if not name.endswith("num_batches_tracked"))


def names(network):
    lines = "".join(f"{name} {','.join(str(size) for size in tensor.shape)}\n" for name, tensor in tensors(network))
    return hashlib.sha256(lines.encode()).hexdigest()


def fill(network):
    for k, (name, tensor) in enumerate(tensors(network)):
        u = formula(tensor.shape, k)
        if tensor.dim() > 1:
            u = u * math.sqrt(24 / (tensor.numel() / tensor.shape[0]))
        elif name.endswith("running_var"):
            u = 1 + u / 2
        elif name.endswith("weight"):
            u = 1 + u / 5
        else:
            u = u / 10
        tensor.copy_(u)
    return network.eval()


class Unit(torch.nn.Module):
    def __init__(self, ins, outs, residual, stride=1, padded=False):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(ins, outs, 3, stride, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(outs)
        self.conv2 = torch.nn.Conv2d(outs, outs, 3, padding=1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(outs)
        self.residual = residual
        self.stride, self.more = stride, outs - ins
        if residual and ins != outs and not padded:
            self.downsample = torch.nn.Sequential(torch.nn.Conv2d(ins, outs, 1, stride, bias=False), torch.nn.BatchNorm2d(outs))

    def shortcut(self, x):
        if hasattr(self, "downsample"):
            return self.downsample(x)
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))

    def forward(self, x):
        branch = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(branch + self.shortcut(x)) if self.residual else F.relu(branch)


class Small(torch.nn.Module):
    """The networks of He et al. (2016), section 4.2, with 14 layers, width 16 and ten classes."""

    def __init__(self, kind):
        super().__init__()
        unit = lambda ins, outs, stride: Unit(ins, outs, kind != "plain", stride, kind == "padded")
        self.conv1 = torch.nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(16)
        self.layer1 = torch.nn.Sequential(unit(16, 16, 1), unit(16, 16, 1))
        self.layer2 = torch.nn.Sequential(unit(16, 32, 2), unit(32, 32, 1))
        self.layer3 = torch.nn.Sequential(unit(32, 64, 2), unit(64, 64, 1))
        self.fc = torch.nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


class EncoderDecoder(torch.nn.Module):
    """Three levels of two units, width 16, eleven classes."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        unit = lambda ins, outs: Unit(ins, outs, kind == "residual")
        self.conv1 = torch.nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(16)
        wider = 2 if kind == "unet" else 1
        self.encoder0 = torch.nn.Sequential(unit(16, 16), unit(16, 16))
        self.encoder1 = torch.nn.Sequential(unit(16, 32), unit(32, 32))
        self.encoder2 = torch.nn.Sequential(unit(32, 64), unit(64, 64))
        self.decoder2 = torch.nn.Sequential(unit(64, 64), unit(64, 32))
        self.decoder1 = torch.nn.Sequential(unit(32 * wider, 32), unit(32, 16))
        self.decoder0 = torch.nn.Sequential(unit(16 * wider, 16), unit(16, 16))
        self.fc = torch.nn.Linear(16, 11)

    def join(self, x, below):
        if self.kind == "segnet":
            pooled, places = F.max_pool2d(x, 2, return_indices=True)
            return F.max_unpool2d(below(pooled), places, 2, output_size=x.shape[2:])
        deep = F.interpolate(below(F.max_pool2d(x, 2)), size=x.shape[2:], mode="nearest")
        return torch.cat([x, deep], 1) if self.kind == "unet" else deep

    def forward(self, x):
        x = self.encoder0(F.relu(self.bn1(self.conv1(x))))
        deepest = lambda y: self.decoder2(self.encoder2(y))
        middle = lambda y: self.decoder1(self.join(self.encoder1(y), deepest))
        x = self.decoder0(self.join(x, middle))
        return self.fc(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


with torch.no_grad():
    image = formula((1, 3, 64, 64), 0).float()
    logits = {
        name: fill(getattr(torchvision.models, name)(num_classes=10))(image)[0].tolist()
        for name in ("resnet18", "resnet34", "resnet50", "resnet101", "vgg11_bn")
    }
    logits.update({f"small {kind}": fill(Small(kind))(image)[0].tolist() for kind in ("projection", "padded", "plain")})
    grey = formula((1, 1, 33, 47), 0).float()
    maps = {kind: fill(EncoderDecoder(kind))(grey)[0, :, ::16, ::16].flatten().tolist() for kind in ("plain", "unet", "segnet", "residual")}
all_names = {
    name: names(getattr(torchvision.models, name)())
    for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn")
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logits.json")
with open(path, "w") as file:
    json.dump({"torchvision": torchvision.__version__, "torch": torch.__version__, "logits": logits, "maps": maps, "names": all_names}, file, indent=1)
