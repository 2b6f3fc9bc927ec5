// The product page: puts the ImageBox in place of the plain pictures.
import { render } from "react-dom";
import { ImageBox } from "../components/ImageBox/ImageBox";

const mount = document.querySelector("[data-imageswitcher]");
const props = document.getElementById("image-box-props");

if (mount && props) {
  mount.textContent = "";
  render(<ImageBox {...JSON.parse(props.textContent)} />, mount);
}
