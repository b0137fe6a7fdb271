// What every notebook of this folder loads first. Build once before you open one in an editor: dotnet build -c Release
// For CUDA: dotnet build -c Release -p:TorchDevice=cuda (the default finds a GPU by itself; see ../environment.md).
// Every assembly that the library uses is named: if a later cell loads a package that brings one of them again, the cells below it still accept the variables above it.
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Apache.Arrow.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/DynamicObj.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/FSharp.Core.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Fable.Core.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Giraffe.ViewEngine.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Google.Protobuf.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/ICSharpCode.SharpZipLib.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/MathNet.Numerics.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Microsoft.Data.Analysis.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Microsoft.ML.DataView.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Newtonsoft.Json.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/OnnxSharp.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/Plotly.NET.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/SkiaSharp.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/System.Numerics.Tensors.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TorchSharp.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TrivialLayers.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TrivialLayers.Figures.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TrivialLayers.Onnx.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TrivialLayers.Reproduction.dll"
#r "../lib/TrivialLayers.Interactive/bin/Release/net10.0/TrivialLayers.Interactive.dll"

TrivialLayers.NativeMemory.Keep();   // for the next tensors, instead of giving it back to the system: training is about a sixth faster
TrivialLayers.NotebookDisplay.Register();

// Cells print numbers as 1,234.5 in every country, as tables and figures do. That is so in the notebook's own process only.
System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
System.Globalization.CultureInfo.DefaultThreadCurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
