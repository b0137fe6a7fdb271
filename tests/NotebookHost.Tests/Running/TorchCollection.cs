namespace NotebookHost.Tests.Running;

/// <summary>Tests whose notebooks train take turns with all others: beside another busy process a training is up to ten times slower.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchCollection
{
    public const string Name = "Torch";
}
