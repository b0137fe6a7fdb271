
namespace TrivialLayers.Tests;

/// <summary>Residual units with known distances and drops, and such as are measured in a small network.</summary>
internal static class SmallUnits
{
    public static readonly UnitIdentity[] All = [new("layer1.0.conv1", 0.1, 0.2), new("layer1.0.conv2", 0.05, -0.1), new("layer2.0.conv1", 0.7, 42)];

    public static UnitDistances Measured()
    {
        using var network = ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        Initialisation.He(network, 3);
        using var images = SmallData.Images("bars", 20, 5);
        return UnitDistances.Run(network, images);
    }
}
