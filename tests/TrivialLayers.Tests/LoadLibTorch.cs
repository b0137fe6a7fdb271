using System.Runtime.CompilerServices;

namespace TrivialLayers.Tests;

/// <summary>Lets a test call TorchSharp before it calls the library.</summary>
internal static class LoadLibTorch
{
    [ModuleInitializer]
    internal static void Initialise() => TrivialLayers.LibTorch.Demand();
}
