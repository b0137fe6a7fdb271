using System.Runtime.InteropServices;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// Counts libtorch's operators by name, as its own profiler sees them, backward passes included (<c>at::addGlobalCallback</c> of ATen/record_function.h; Linux on x64). An operator that calls others is counted with them. On a card
/// each that is no view starts a kernel or more.
/// </summary>
internal sealed class OperatorCount : IDisposable
{
    /// <summary>By the address of the name. Nothing may be allocated while an operator runs: TorchSharp does not keep alive what it gave to it, and a collection would free that.</summary>
    private static readonly Dictionary<nint, int> s_counts = new(capacity: 4096);

    private static readonly Lock s_lock = new();
    private static readonly StartCallback s_start = Count;
    private static readonly NameOf? s_name = LibTorch.Function<NameOf>("_ZNK2at14RecordFunction4nameEv");

    /// <summary>Operators that only describe memory anew, or pass the work on to others.</summary>
    private static readonly HashSet<string> s_free =
    [
        "aten::view", "aten::reshape", "aten::permute", "aten::narrow", "aten::slice", "aten::select", "aten::expand", "aten::unsqueeze", "aten::squeeze", "aten::as_strided", "aten::as_strided_", "aten::resolve_conj", "aten::alias", "aten::detach", "aten::transpose", "aten::t", "aten::_unsafe_view",
        "aten::flatten", "aten::empty", "aten::empty_like", "aten::empty_strided", "aten::resize_", "aten::set_", "aten::expand_as", "aten::to", "aten::_reshape_alias", "aten::result_type", "aten::contiguous", "aten::clone", "aten::is_nonzero", "aten::item",
        "aten::conv2d", "aten::convolution", "aten::_convolution", "aten::batch_norm", "aten::_batch_norm_impl_index", "aten::linear", "aten::matmul", "aten::cross_entropy_loss", "aten::nll_loss", "aten::nll_loss_nd", "aten::log_softmax", "aten::pad", "aten::zeros", "aten::ones_like",
        "aten::relu", "aten::relu_", "aten::_to_copy", "aten::lift_fresh", "aten::detach_", "aten::requires_grad_", "aten::zero_",
    ];

    private readonly ulong _handle;

    public OperatorCount()
    {
        lock (s_lock)
            s_counts.Clear();
        _handle = LibTorch.Function<Add>("_ZN2at17addGlobalCallbackENS_22RecordFunctionCallbackE")!(new Callback { Start = Marshal.GetFunctionPointerForDelegate(s_start), Share = 1, ForFunctions = 1 });
    }

    /// <summary>Whether this libtorch can be asked.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && s_name is not null;

    /// <summary>Whether an operator computes something.</summary>
    public static bool Computes(string name) => name.StartsWith("aten::", StringComparison.Ordinal) && !s_free.Contains(name);

    /// <summary>How often each operator was called so far.</summary>
    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (s_lock)
                return s_counts.GroupBy(entry => Marshal.PtrToStringUTF8(entry.Key) ?? "").ToDictionary(name => name.Key, name => name.Sum(entry => entry.Value));
        }
    }

    public void Dispose() => LibTorch.Function<Remove>("_ZN2at14removeCallbackEm")!(_handle);

    /// <summary>Called as each operator starts; returns, through memory of the caller, no context to be kept for its end.</summary>
    private static nint Count(nint context, nint function)
    {
        Marshal.WriteIntPtr(context, 0);
        var name = s_name!(function);
        lock (s_lock)
            s_counts[name] = s_counts.GetValueOrDefault(name) + 1;
        return context;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint StartCallback(nint context, nint function);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint NameOf(nint function);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong Add(Callback callback);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Remove(ulong handle);

    /// <summary><c>at::RecordFunctionCallback</c>: what is called at start and end, for which share of the calls, for which of ten kinds of scope (functions are the first), and what it needs.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Callback
    {
        public nint Start;
        public nint End;
        public double Share;
        public byte ForFunctions;
    }
}
