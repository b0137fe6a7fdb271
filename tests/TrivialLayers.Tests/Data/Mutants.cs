
namespace TrivialLayers.Tests;

/// <summary>Damaged copies of a file, the same ones for the same seed: bits flipped, bytes set, cut, extended, doubled, moved.</summary>
internal sealed class Mutants(long seed)
{
    private readonly SplitMix64 _random = new(seed);

    public byte[] Of(byte[] original)
    {
        var bytes = original.ToList();
        for (var changes = 1 + _random.Below(3); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var place = _random.Below(bytes.Count + 1);
        var length = Math.Min(1 + _random.Below(16), bytes.Count - place);
        switch (_random.Below(7))
        {
            case 0 when length > 0:
                bytes[place] ^= (byte)(1 << _random.Below(8));
                break;
            case 1 when length > 0:
                bytes[place] = (byte)_random.Below(256);
                break;
            case 2 when length > 0:
                bytes[place] = (byte)(_random.Below(2) * 255);
                break;
            case 3:
                bytes.RemoveRange(place, length);
                break;
            case 4:
                bytes.InsertRange(place, Enumerable.Range(0, 1 + _random.Below(16)).Select(_ => (byte)_random.Below(256)).ToArray());
                break;
            case 5:
                bytes.InsertRange(_random.Below(bytes.Count + 1), bytes.GetRange(place, length));
                break;
            default:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
        }
    }
}
