#:project ../../lib/TrivialLayers/TrivialLayers.csproj

// Makes the four files of this folder from the official Fashion-MNIST files, from the repository's root:
//   dotnet run data/fashion-mnist-sample/MakeSample.cs -- <folder with the official files> [folder to write to]

using TrivialLayers.Data;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("usage: MakeSample.cs -- <folder with the official Fashion-MNIST files> [folder to write to]");
    return 2;
}
FashionMnistSample.Write(args[0], args.ElementAtOrDefault(1) ?? "data/fashion-mnist-sample", Console.Out);
return 0;
