// The product page: puts the ImageBox where the plain pictures are.
import { render } from "react-dom";
import { ImageBox } from "../components/ImageBox/ImageBox";

const mount = document.querySelector("[data-imageswitcher]");
const props = document.getElementById("image-box-props");

if (mount && props) {
  mount.textContent = "";
  render(<ImageBox {...JSON.parse(props.textContent)} />, mount);
}
