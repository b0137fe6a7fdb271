namespace TrivialLayers;

internal enum ScheduleKind
{
    OneCycle,
    Cosine,
    Steps,
    Constant,
}
