namespace TrivialLayers;

internal enum OptimiserKind
{
    Sgd,
    AdamW,
}
