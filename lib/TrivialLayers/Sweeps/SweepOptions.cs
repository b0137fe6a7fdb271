namespace TrivialLayers;

/// <summary>What a <see cref="Sweep"/> changes, how, and by what it judges the network. The defaults are the paper's: each convolution's kernel to zero, one at a time, by accuracy.</summary>
public sealed record SweepOptions
{
    /// <summary>Which layers there are to change; by default each two-dimensional convolution. Layers are as <see cref="NetworkLayers.All"/> lists them.</summary>
    public Func<Layer, bool>? Layers { get; init; }

    /// <summary>Which of them are changed together.</summary>
    public Targets Targets { get; init; } = Targets.Each;

    /// <summary>What is done to them.</summary>
    public Intervention Intervention { get; init; } = Intervention.Zero;

    /// <summary>By what the network is judged.</summary>
    public Measure Measure { get; init; } = Measure.Accuracy;

    /// <summary>Gives roles to the layers of a user's module by their dotted names; see <see cref="NetworkLayers.Of"/>.</summary>
    public Func<string, LayerRole>? RoleOf { get; init; }

    /// <summary>Confidence level at which the intervals of all targets hold together, above 0 and below 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>How large a drop has to be to count, in the measure's unit.</summary>
    public Margin Margin { get; init; } = Margin.Default;

    /// <summary>
    /// The arithmetic of the network, part of the sweep's address; by default single precision, or TF32 where <see cref="ComputeDevice.AllowTF32"/> is set. That each target is really changed is checked in no coarser arithmetic than TF32.
    /// </summary>
    public Precision? Precision { get; init; }

    /// <summary>Images per batch, 1 or more; by default as many as suit the device: <see cref="Evaluation.DefaultBatch"/> on a CPU, up to 1,000 on a GPU, as far as its memory goes.</summary>
    public int? Batch { get; init; }
}
