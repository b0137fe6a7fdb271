using System;
using System.Reflection;

// Compiled by itself and embedded in the library, see ChildProcess: TorchSharp.dll, TrivialLayers.dll, a class of the latter, a static method, its arguments.
// Loaded first, TorchSharp is found wherever it lies.
Assembly.LoadFrom(args[0]);
Assembly.LoadFrom(args[1]).GetType(args[2], throwOnError: true)!.GetMethod(args[3], BindingFlags.Static | BindingFlags.Public)!.CreateDelegate<Action<string[]>>()(args[4..]);
