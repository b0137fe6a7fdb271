using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TrivialLayers;

/// <summary>
/// Makes tensors of those in a file. Every floating-point number becomes float32, every whole number int64: the network computes in single precision, whatever the file was saved in.
/// </summary>
internal sealed class TensorReader(string path)
{
    /// <summary>Numbers in one tensor, so that in memory it has less than 2 GiB.</summary>
    private const long Most = int.MaxValue / sizeof(long);

    private readonly ExternalData _external = new(path);

    /// <exception cref="InvalidDataException">Its data do not fit its shape, or are not in the file's folder.</exception>
    /// <exception cref="NotSupportedException">It holds no plain numbers.</exception>
    public Tensor Read(TensorProto tensor)
    {
        var (type, size) = Kind(tensor);
        var count = Count(tensor);
        long[] shape = [.. tensor.Dims];
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            using var stream = _external.Open(tensor, count * size);
            return OfStream(stream, count * size, type, shape);
        }

        var raw = tensor.RawData.Span;
        if (raw.Length > 0 || Listed(tensor, type) == 0)
        {
            return raw.Length == count * size
                ? OfBytes(raw, type, shape)
                : throw _external.Wrong(tensor, string.Create(CultureInfo.InvariantCulture, $"expected {count} numbers of {size} bytes, found {raw.Length} bytes"));
        }

        return Listed(tensor, type) == count
            ? OfNumbers(tensor, type, shape)
            : throw _external.Wrong(tensor, string.Create(CultureInfo.InvariantCulture, $"expected {count} numbers, found {Listed(tensor, type)}"));
    }

    private (DataType Type, int Size) Kind(TensorProto tensor) => (DataType)tensor.DataType switch
    {
        DataType.Uint8 or DataType.Int8 or DataType.Bool => ((DataType)tensor.DataType, 1),
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16 => ((DataType)tensor.DataType, 2),
        DataType.Float or DataType.Int32 or DataType.Uint32 => ((DataType)tensor.DataType, 4),
        DataType.Double or DataType.Int64 or DataType.Uint64 => ((DataType)tensor.DataType, 8),
        var other => throw new NotSupportedException($"{path}: tensor '{tensor.Name}' is of type {other}, which is not supported; expected floating-point numbers of 16, 32 or 64 bits, whole numbers or Booleans."),
    };

    private long Count(TensorProto tensor)
    {
        var count = 1L;
        foreach (var length in tensor.Dims)
        {
            if (length < 0 || count > Most / Math.Max(1, length))
                throw _external.Wrong(tensor, $"it cannot have the shape [{string.Join(", ", tensor.Dims.Select(dimension => dimension.ToString(CultureInfo.InvariantCulture)))}]");
            count *= Math.Max(1, length);
        }

        return tensor.Dims.Contains(0) ? 0 : count;
    }

    /// <summary>Numbers that stand one by one in the file, as older exporters write them.</summary>
    private static int Listed(TensorProto tensor, DataType type) => type switch
    {
        DataType.Float => tensor.FloatData.Count,
        DataType.Double => tensor.DoubleData.Count,
        DataType.Int64 => tensor.Int64Data.Count,
        DataType.Uint32 or DataType.Uint64 => tensor.Uint64Data.Count,
        _ => tensor.Int32Data.Count,
    };

    private static Tensor OfNumbers(TensorProto tensor, DataType type, long[] shape) => type switch
    {
        DataType.Float => Fill<float>(shape, ScalarType.Float32, into => Each(into, tensor.FloatData, value => value)),
        DataType.Double => Fill<float>(shape, ScalarType.Float32, into => Each(into, tensor.DoubleData, value => (float)value)),
        DataType.Int64 => Fill<long>(shape, ScalarType.Int64, into => Each(into, tensor.Int64Data, value => value)),
        DataType.Uint32 or DataType.Uint64 => Fill<long>(shape, ScalarType.Int64, into => Each(into, tensor.Uint64Data, value => (long)value)),
        DataType.Float16 => Fill<float>(shape, ScalarType.Float32, into => Each(into, tensor.Int32Data, value => (float)BitConverter.UInt16BitsToHalf((ushort)value))),
        DataType.Bfloat16 => Fill<float>(shape, ScalarType.Float32, into => Each(into, tensor.Int32Data, value => BitConverter.Int32BitsToSingle(value << 16))),
        DataType.Bool => Fill<bool>(shape, ScalarType.Bool, into => Each(into, tensor.Int32Data, value => value != 0)),
        _ => Fill<long>(shape, ScalarType.Int64, into => Each(into, tensor.Int32Data, value => (long)value)),
    };

    private static Tensor Empty(DataType type, long[] shape) =>
        empty(shape, dtype: type switch { DataType.Bool => ScalarType.Bool, DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => ScalarType.Float32, _ => ScalarType.Int64 });

    /// <summary>Whether numbers are the same bytes in the file and in memory.</summary>
    private static bool IsPlain(DataType type) => type is DataType.Float or DataType.Int64 or DataType.Uint64 && BitConverter.IsLittleEndian;

    private static Tensor OfStream(Stream stream, long length, DataType type, long[] shape)
    {
        if (!IsPlain(type))
        {
            var raw = new byte[length];
            stream.ReadExactly(raw);
            return OfBytes(raw, type, shape);
        }

        var tensor = Empty(type, shape);
        stream.ReadExactly(tensor.bytes);
        return tensor;
    }

    private static Tensor OfBytes(ReadOnlySpan<byte> raw, DataType type, long[] shape)
    {
        var tensor = Empty(type, shape);
        var bytes = tensor.bytes;
        if (IsPlain(type))
        {
            raw.CopyTo(bytes);
            return tensor;
        }

        if (type == DataType.Bool)
        {
            for (var i = 0; i < raw.Length; i++)
                bytes[i] = (byte)(raw[i] == 0 ? 0 : 1);
        }
        else if (tensor.dtype == ScalarType.Float32)
        {
            var into = MemoryMarshal.Cast<byte, float>(bytes);
            for (var i = 0; i < into.Length; i++)
                into[i] = Float(raw, i, type);
        }
        else
        {
            var into = MemoryMarshal.Cast<byte, long>(bytes);
            for (var i = 0; i < into.Length; i++)
                into[i] = Integer(raw, i, type);
        }

        return tensor;
    }

    private static float Float(ReadOnlySpan<byte> raw, int i, DataType type) => type switch
    {
        DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(raw[(i * 4)..]),
        DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(raw[(i * 8)..]),
        DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(raw[(i * 2)..]),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(raw[(i * 2)..]) << 16),
    };

    private static long Integer(ReadOnlySpan<byte> raw, int i, DataType type) => type switch
    {
        DataType.Int8 => (sbyte)raw[i],
        DataType.Uint8 => raw[i],
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(raw[(i * 2)..]),
        DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(raw[(i * 2)..]),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(raw[(i * 4)..]),
        DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(raw[(i * 4)..]),
        _ => BinaryPrimitives.ReadInt64LittleEndian(raw[(i * 8)..]),
    };

    private delegate void Filling<T>(Span<T> into);

    private static Tensor Fill<T>(long[] shape, ScalarType type, Filling<T> fill)
        where T : struct
    {
        var tensor = empty(shape, dtype: type);
        fill(MemoryMarshal.Cast<byte, T>(tensor.bytes));
        return tensor;
    }

    private static void Each<TFrom, TTo>(Span<TTo> into, IList<TFrom> from, Func<TFrom, TTo> convert)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] = convert(from[i]);
    }
}
