using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>The network that the notebook <c>02-zero-one-layer</c> defines in a cell.</summary>
internal sealed class OwnNetwork : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> layer1;
    private readonly Module<Tensor, Tensor> layer2;
    private readonly Module<Tensor, Tensor> layer3;
    private readonly Module<Tensor, Tensor> head;

    public OwnNetwork(long width, long classes, long channels) : base(nameof(OwnNetwork))
    {
        conv1 = Conv2d(channels, width, 3, padding: 1, bias: false);
        layer1 = new PreActivation(width, width, 1);
        layer2 = new PreActivation(width, 2 * width, 2);
        layer3 = new PreActivation(2 * width, 4 * width, 2);
        head = Sequential(BatchNorm2d(4 * width), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(4 * width, classes));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => head.call(layer3.call(layer2.call(layer1.call(conv1.call(images)))));

    private sealed class PreActivation : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> bn1;
        private readonly Module<Tensor, Tensor> conv1;
        private readonly Module<Tensor, Tensor> bn2;
        private readonly Module<Tensor, Tensor> conv2;
        private readonly Module<Tensor, Tensor> shortcut;

        public PreActivation(long from, long to, long stride) : base(nameof(PreActivation))
        {
            bn1 = BatchNorm2d(from);
            conv1 = Conv2d(from, to, 3, stride, padding: 1, bias: false);
            bn2 = BatchNorm2d(to);
            conv2 = Conv2d(to, to, 3, padding: 1, bias: false);
            shortcut = from == to ? Identity() : Conv2d(from, to, 1, stride, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => conv2.call(bn2.call(conv1.call(bn1.call(x).relu())).relu()) + shortcut.call(x);
    }
}
