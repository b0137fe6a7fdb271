using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>A switch of libtorch's context that TorchSharp does not pass on, <c>at::globalContext().set…(bool)</c>, and the position in which scopes hold it. It is the whole process's; after the last scope it is as it was.</summary>
internal sealed class TorchSetting
{
    private readonly Lock _lock = new();
    private readonly bool _wanted;
    private readonly nint _context;
    private readonly GetValue _get;
    private readonly SetValue _set;
    private int _scopes;
    private bool _before;

    private TorchSetting(bool wanted, nint getContext, nint get, nint set) =>
        (_wanted, _context, _get, _set) = (
            wanted,
            Marshal.GetDelegateForFunctionPointer<GetContext>(getContext)(),
            Marshal.GetDelegateForFunctionPointer<GetValue>(get),
            Marshal.GetDelegateForFunctionPointer<SetValue>(set));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GetContext();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate byte GetValue(nint context);

    /// <summary>Some take a second value, to warn only, which stays off; the others do not look at it.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetValue(nint context, byte value, byte warnOnly);

    /// <summary>Its position now.</summary>
    public bool Value => _get(_context) != 0;

    /// <summary>The switch <c>userEnabled…</c> of a library that libtorch may compute with, held off; null where this libtorch has it by other names.</summary>
    public static TorchSetting? UserEnabled(string library) => Find($"userEnabled{library}", $"setUserEnabled{library}", wanted: false);

    /// <summary>A switch by the names of the functions that read and set it, or null where this libtorch has it by other names.</summary>
    /// <param name="get">Reads it: <c>bool () const</c>.</param>
    /// <param name="set">Sets it: <c>void (bool)</c>, or <c>void (bool, bool)</c> with <paramref name="warns"/>.</param>
    /// <param name="wanted">How scopes hold it.</param>
    /// <param name="warns">Whether setting it takes a second value.</param>
    public static TorchSetting? Find(string get, string set, bool wanted, bool warns = false)
    {
        var (context, getter, setter) = OperatingSystem.IsWindows()
            ? ("?globalContext@at@@YAAEAVContext@1@XZ", $"?{get}@Context@at@@QEBA_NXZ", $"?{set}@Context@at@@QEAAX{(warns ? "_N0" : "_N")}@Z")
            : ("_ZN2at13globalContextEv", $"_ZNK2at7Context{get.Length}{get}Ev", $"_ZN2at7Context{set.Length}{set}E{(warns ? "bb" : "b")}");
        return (LibTorch.Export(context), LibTorch.Export(getter), LibTorch.Export(setter)) is (not 0 and var its, not 0 and var reads, not 0 and var sets)
            ? new TorchSetting(wanted, its, reads, sets)
            : null;
    }

    /// <summary>Holds settings until the scope ends.</summary>
    public static IDisposable Scope(IReadOnlyList<TorchSetting> settings) => new Held(settings);

    /// <summary>Held while any scope needs it, also one on another thread.</summary>
    private void Begin()
    {
        lock (_lock)
        {
            if (_scopes++ > 0)
                return;
            _before = Value;
            Set(_wanted);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_scopes == 0)
                Set(_before);
        }
    }

    private void Set(bool value) => _set(_context, value ? (byte)1 : (byte)0, 0);

    private sealed class Held : IDisposable
    {
        private readonly IReadOnlyList<TorchSetting> _settings;

        public Held(IReadOnlyList<TorchSetting> settings)
        {
            _settings = settings;
            foreach (var setting in settings)
                setting.Begin();
        }

        public void Dispose()
        {
            foreach (var setting in _settings)
                setting.End();
        }
    }
}
